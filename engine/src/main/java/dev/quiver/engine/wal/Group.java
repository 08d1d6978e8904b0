package dev.quiver.engine.wal;

import dev.quiver.engine.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/** What shares a group commit; the log's lock guards it. */
final class Group {
  private final List<Ticket> tickets = new ArrayList<>();

  /** Where those wait that it has to wake, and nobody else. */
  private final Condition settled;

  Group(Condition settled) {
    this.settled = settled;
  }

  void add(Ticket ticket) {
    tickets.add(ticket);
  }

  List<Ticket> tickets() {
    return tickets;
  }

  int size() {
    return tickets.size();
  }

  /** Waits until it is settled or has nobody to lead it; the caller looks, and waits again. */
  @SuppressWarnings("WaitNotInLoop") // The loop is the caller's.
  void await() {
    settled.awaitUninterruptibly();
  }

  /** Wakes one of those that wait, to lead it. */
  void callLeader() {
    settled.signal();
  }

  /** Tells all of them what became of it; null: it is durable. */
  void settle(@Nullable QuiverException refusal) {
    tickets.forEach(ticket -> ticket.finish(refusal));
    settled.signalAll();
  }
}
