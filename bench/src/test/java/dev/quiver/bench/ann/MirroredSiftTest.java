package dev.quiver.bench.ann;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiver.bench.ann.AnnData.QuerySet;
import dev.quiver.index.Distance;
import java.util.List;
import org.junit.jupiter.api.Test;

class MirroredSiftTest {
  private static float[] descriptor() {
    float[] descriptor = new float[MirroredSift.DIMENSION];
    for (int i = 0; i < descriptor.length; i++) {
      descriptor[i] = i;
    }
    return descriptor;
  }

  @Test
  void aMirrorInAMirrorShowsTheFirstPicture() {
    float[] mirrored = MirroredSift.mirrored(descriptor());
    assertThat(mirrored).isNotEqualTo(descriptor()).containsExactlyInAnyOrder(descriptor());
    assertThat(MirroredSift.mirrored(mirrored)).isEqualTo(descriptor());
  }

  @Test
  void anExtendedDataSetKeepsItsRowsAndHasExactAnswersAmongAll() {
    float[] own = descriptor();
    float[][] base = {own, new float[MirroredSift.DIMENSION]};
    QuerySet queries =
        new QuerySet("q", new float[][] {MirroredSift.mirrored(own)}, new int[][] {{0, 1}});
    AnnData data = new AnnData("sift", Distance.EUCLIDEAN, base, List.of(queries), true);
    assertThat(MirroredSift.canExtend(data)).isTrue();
    AnnData extended = MirroredSift.extend(data, 3, 10);
    assertThat(extended.base()).hasDimensions(3, MirroredSift.DIMENSION);
    assertThat(extended.base()[0]).isSameAs(own);
    assertThat(extended.querySets().getFirst().truth()[0][0]).isEqualTo(2);
  }
}
