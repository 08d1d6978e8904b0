package dev.quiver.engine;

import java.util.UUID;

/**
 * A point's id: an unsigned 64-bit number or a UUID. Ordered as scrolling is: all numbers before
 * all UUIDs, each kind ascending as unsigned values.
 */
public sealed interface PointId extends Comparable<PointId> {

  /**
   * @param value the 64 bits, to be read as unsigned
   */
  record Num(long value) implements PointId {
    @Override
    public String toString() {
      return Long.toUnsignedString(value);
    }
  }

  record Uuid(UUID value) implements PointId {
    @Override
    public String toString() {
      return value.toString();
    }
  }

  static PointId of(long value) {
    return new Num(value);
  }

  static PointId of(UUID value) {
    return new Uuid(value);
  }

  @Override
  default int compareTo(PointId other) {
    return switch (this) {
      case Num a ->
          switch (other) {
            case Num b -> Long.compareUnsigned(a.value, b.value);
            case Uuid _ -> -1;
          };
      case Uuid a ->
          switch (other) {
            case Num _ -> 1;
            case Uuid b -> {
              int high =
                  Long.compareUnsigned(
                      a.value.getMostSignificantBits(), b.value.getMostSignificantBits());
              yield high != 0
                  ? high
                  : Long.compareUnsigned(
                      a.value.getLeastSignificantBits(), b.value.getLeastSignificantBits());
            }
          };
    };
  }
}
