package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScalarFallbackTest {
  /** What the other JVM runs. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      try (VectorIndex.Builder builder = VectorIndex.builder(40, Distance.COSINE)) {
        for (int i = 0; i < 300; i++) {
          float[] vector = new float[40];
          vector[i % 40] = 1;
          vector[(i * 7 + 1) % 40] += i / 300f;
          builder.add(vector);
        }
        try (VectorIndex index = builder.build()) {
          float[] query = new float[40];
          query[0] = 1;
          System.out.println(Kernels.description());
          System.out.println(Kernels.simd() + " " + index.search(query, 1).getFirst().ordinal());
        }
      }
    }
  }

  @Test
  void withoutTheVectorModuleTheScalarKernelsAreChosen() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--class-path",
                System.getProperty("java.class.path"),
                Program.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(output)
        .contains("scalar (for SIMD start Java with --add-modules jdk.incubator.vector)")
        .contains("false 0");
    assertThat(process.exitValue()).isZero();
  }
}
