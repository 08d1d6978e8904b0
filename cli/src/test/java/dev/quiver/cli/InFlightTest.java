package dev.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.cli.Checkpoint.Position;
import org.junit.jupiter.api.Test;

class InFlightTest {
  @Test
  void onlyRowsBeforeTheFirstMissingBatchAreDone() {
    InFlight inFlight = new InFlight(Position.START);
    InFlight.Ticket first = inFlight.begin(at(10));
    InFlight.Ticket second = inFlight.begin(at(20));
    InFlight.Ticket third = inFlight.begin(at(30));

    second.taken();
    assertThat(inFlight.done()).isEqualTo(Position.START);
    first.taken();
    assertThat(inFlight.done()).isEqualTo(at(20));
    third.taken();
    assertThat(inFlight.done()).isEqualTo(at(30));
  }

  private static Position at(long row) {
    return new Position(0, row, 0);
  }
}
