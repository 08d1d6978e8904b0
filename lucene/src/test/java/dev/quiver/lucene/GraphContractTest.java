package dev.quiver.lucene;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.tests.index.BaseKnnVectorsFormatTestCase;

/** Lucene's contract for vector formats, with a graph in every segment, however small. */
public class GraphContractTest extends BaseKnnVectorsFormatTestCase {

  @Override
  protected Codec getCodec() {
    return new QuiverCodec(VectorsConfig.defaults().withFullScanThreshold(0));
  }

  @Override
  protected boolean supportsFloatVectorFallback() {
    return false;
  }
}
