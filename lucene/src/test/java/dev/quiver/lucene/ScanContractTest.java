package dev.quiver.lucene;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.tests.index.BaseKnnVectorsFormatTestCase;

/** Lucene's contract for vector formats, with default settings: its small segments are scanned. */
public class ScanContractTest extends BaseKnnVectorsFormatTestCase {

  @Override
  protected Codec getCodec() {
    return new QuiverCodec();
  }

  @Override
  protected boolean mergeIsStable() {
    return true;
  }

  @Override
  protected boolean supportsFloatVectorFallback() {
    return false;
  }
}
