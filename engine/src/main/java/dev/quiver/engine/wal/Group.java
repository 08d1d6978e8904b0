package dev.quiver.engine.wal;

import dev.quiver.engine.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What shares a group commit; the log's lock guards it. */
final class Group {
  private final List<Ticket> tickets = new ArrayList<>();

  void add(Ticket ticket) {
    tickets.add(ticket);
  }

  List<Ticket> tickets() {
    return tickets;
  }

  int size() {
    return tickets.size();
  }

  /** Decides what became of all of them; null: they are durable. */
  void settle(@Nullable QuiverException refusal) {
    tickets.forEach(ticket -> ticket.finish(refusal));
  }

  /** The threads that sleep until it is settled. */
  List<Thread> sleepers() {
    return tickets.stream().map(Ticket::sleeper).filter(Objects::nonNull).toList();
  }
}
