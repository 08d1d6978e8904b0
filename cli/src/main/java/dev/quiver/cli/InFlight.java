package dev.quiver.cli;

import dev.quiver.cli.Checkpoint.Position;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Which batches the server has taken, in the order in which they were read: knows up to which row
 * nothing is missing. Thread-safe.
 */
final class InFlight {
  private static final class Batch {
    private final Position end;
    private boolean taken;

    Batch(Position end) {
      this.end = end;
    }
  }

  /** Confirms one batch. */
  interface Ticket {
    void taken();
  }

  private final Deque<Batch> batches = new ArrayDeque<>();
  private Position done;

  InFlight(Position start) {
    this.done = start;
  }

  /** Registers the next batch, which ends before {@code end}. Call in the order of reading. */
  synchronized Ticket begin(Position end) {
    Batch batch = new Batch(end);
    batches.addLast(batch);
    return () -> confirm(batch);
  }

  private synchronized void confirm(Batch batch) {
    batch.taken = true;
    while (!batches.isEmpty() && batches.peekFirst().taken) {
      done = batches.removeFirst().end;
    }
  }

  /** Every row before it has been taken. */
  synchronized Position done() {
    return done;
  }
}
