package dev.quiver.index;

import static jdk.incubator.vector.VectorOperators.GE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Lists of neighbours on SIMD registers. What was seen before is told by a bit each, without
 * branches, since nothing could predict them, and a whole register is compressed by these bits.
 */
final class SimdLists implements ListKernel {
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = INTS.length();

  SimdLists() {}

  /** Whether compressing a register is an instruction here, or a few. */
  static boolean usable() {
    String arch = System.getProperty("os.arch", "");
    return LANES >= 8 && (arch.equals("amd64") || arch.equals("x86_64"));
  }

  @Override
  public void copy(MemorySegment memory, long offset, int count, int room, int[] out, int at) {
    int whole = Math.min(room, out.length - at) - LANES;
    int i = 0;
    for (; i <= whole; i += LANES) {
      IntVector.fromMemorySegment(
              INTS, memory, offset + (long) i * Integer.BYTES, ByteOrder.LITTLE_ENDIAN)
          .intoArray(out, at + i);
    }
    for (; i < count; i++) {
      out[at + i] = memory.get(ElementType.INT_LE, offset + (long) i * Integer.BYTES);
    }
  }

  @Override
  public int unseen(byte[] seen, byte walk, int[] ordinals, int from, int to) {
    int fresh = from;
    int i = from;
    for (; i <= to - LANES; i += LANES) {
      IntVector register = IntVector.fromArray(INTS, ordinals, i);
      if (register.compare(GE, seen.length).anyTrue()) {
        break;
      }
      int bits = 0;
      for (int lane = 0; lane < LANES; lane += 4) {
        bits |=
            (unequal(seen[ordinals[i + lane]], walk)
                    | unequal(seen[ordinals[i + lane + 1]], walk) << 1
                    | unequal(seen[ordinals[i + lane + 2]], walk) << 2
                    | unequal(seen[ordinals[i + lane + 3]], walk) << 3)
                << lane;
      }
      // Not beyond what has been read, as no more than that is new.
      register.compress(VectorMask.fromLong(INTS, bits)).intoArray(ordinals, fresh);
      fresh += Integer.bitCount(bits);
    }
    for (int j = from; j < fresh; j++) {
      seen[ordinals[j]] = walk;
    }
    return ScalarLists.unseen(seen, walk, ordinals, i, to, fresh);
  }

  /** 1 if the two differ, else 0. */
  private static int unequal(int a, int b) {
    int difference = a ^ b;
    return (difference | -difference) >>> 31;
  }
}
