package dev.quiver.index;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The distance kernels of this JVM, chosen once: SIMD when the module {@code jdk.incubator.vector}
 * is there ({@code --add-modules jdk.incubator.vector}) and the processor has vectors of 128 bits
 * or more, scalar otherwise. Both give the same results up to rounding.
 */
public final class Kernels {
  private static final String REQUIRED_MODULE = "jdk.incubator.vector";
  private static final boolean SIMD = simdUsable();
  private static final Map<RowForm, RowKernel> KERNELS = new ConcurrentHashMap<>();

  /** From so many on, kernels for rows of any length are made. */
  private static final int CODE_KERNELS_MAX = 32;

  private static final Map<CodeForm, CodeKernel> CODE_KERNELS = new ConcurrentHashMap<>();

  private Kernels() {}

  /** Whether distances use SIMD in this JVM. */
  public static boolean simd() {
    return SIMD;
  }

  /** What is in use and, when it's the slow form, what would change that. For logs and metrics. */
  public static String description() {
    return SIMD
        ? "SIMD, " + SimdKernels.vectorBits() + " bits"
        : "scalar (for SIMD start Java with --add-modules " + REQUIRED_MODULE + ")";
  }

  static RowKernel kernel(Distance distance, ElementType type) {
    return KERNELS.computeIfAbsent(
        new RowForm(distance, type),
        form ->
            SIMD
                ? SimdKernels.kernel(form.distance(), form.type())
                : ScalarKernels.kernel(form.distance(), form.type()));
  }

  /** For rows of so many words. */
  static CodeKernel codeKernel(CodeType type, int words) {
    if (!SIMD) {
      return new ScalarCodes(type);
    }
    CodeForm form = new CodeForm(type, SimdKernels.codeLanes(words), words);
    CodeKernel known = CODE_KERNELS.get(form);
    if (known != null) {
      return known;
    }
    // Each copy is compiled on its own, so a process of very many dimensions shares some.
    CodeForm made = CODE_KERNELS.size() < CODE_KERNELS_MAX ? form : form.anyWords();
    return CODE_KERNELS.computeIfAbsent(made, SimdKernels::codeKernel);
  }

  private static boolean simdUsable() {
    // SimdKernels must not be touched without the module: its class would not load.
    return ModuleLayer.boot().findModule(REQUIRED_MODULE).isPresent()
        && SimdKernels.vectorBits() >= 128;
  }
}
