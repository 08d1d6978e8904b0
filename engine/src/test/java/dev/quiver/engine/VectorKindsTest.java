package dev.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vectors of every kind, through the log, the index and back. */
class VectorKindsTest {
  private static final String CONFIG =
      """
      {"params": {
        "vectors": {
          "d": {"size": 2, "distance": "Dot"},
          "m": {"size": 2, "distance": "Cosine", "multivector_config": {"comparator": "max_sim"}}},
        "sparse_vectors": {"s": {"modifier": "idf", "index": {"datatype": "float16"}}}}}
      """;

  private static final VectorValue.Sparse SPARSE =
      VectorValue.Sparse.of(new int[] {-1, 7, 0}, new float[] {1, -2.5f, 3});
  private static final VectorValue.Multi MULTI =
      new VectorValue.Multi(2, 2, new float[] {3, 4, 0, 0});

  @TempDir Path folder;

  private static Point point(long id, Map<String, VectorValue> vectors) {
    return new Point(PointId.of(id), vectors, Payload.EMPTY);
  }

  private static void upsert(Engine engine, Point... points) {
    engine.write(
        "c",
        List.of(new WriteOp.Upsert(List.of(points), null, WriteOp.UpdateMode.UPSERT)),
        true,
        null);
  }

  private static Map<String, VectorValue> vectors(Engine engine, long id) {
    return engine
        .retrieve("c", List.of(PointId.of(id)), PayloadSelection.NONE, VectorSelection.ALL)
        .getFirst()
        .vectors();
  }

  @Test
  void everyKindComesBackAsItIsStoredAndStaysOverUpdatesAndRestarts() {
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", Configs.parse(CONFIG));
      upsert(engine, point(1, Map.of("d", VectorValue.dense(1, 2), "s", SPARSE, "m", MULTI)));
      engine.write(
          "c",
          List.of(
              new WriteOp.UpdateVectors(
                  List.of(
                      new WriteOp.PointVectors(
                          PointId.of(1), Map.of("d", VectorValue.dense(5, 6)))),
                  null)),
          true,
          null);
      upsert(engine, point(2, Map.of("m", VectorValue.dense(0, 2))));
    }
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      assertThat(vectors(engine, 1))
          .containsOnly(
              Map.entry("d", VectorValue.dense(5, 6)),
              Map.entry(
                  "s", new VectorValue.Sparse(new int[] {0, 7, -1}, new float[] {3, -2.5f, 1})),
              Map.entry("m", new VectorValue.Multi(2, 2, new float[] {0.6f, 0.8f, 0, 0})));
      assertThat(vectors(engine, 2))
          .as("one row is a multivector")
          .containsOnly(Map.entry("m", new VectorValue.Multi(1, 2, new float[] {0, 1})));
      VectorParams sparse = engine.collectionConfig("c").vectors().get("s");
      assertThat(sparse.kind()).isEqualTo(VectorParams.Kind.SPARSE);
      assertThat(sparse.idf()).isTrue();
      assertThat(sparse.datatype()).isEqualTo(Datatype.FLOAT16);
    }
  }

  @Test
  void aVectorOfTheWrongKindIsRefused() {
    try (Engine engine = Engine.open(folder, EngineOptions.defaults())) {
      engine.createCollection("c", Configs.parse(CONFIG));
      refuses(engine, "d", SPARSE, "Conversion between sparse and regular vectors failed");
      refuses(engine, "d", MULTI, "Conversion between multi and regular vectors failed");
      refuses(engine, "m", SPARSE, "Conversion between sparse and regular vectors failed");
      refuses(engine, "m", VectorValue.dense(1), "Vector dimension error: expected dim: 2, got 1");
      refuses(
          engine,
          "s",
          VectorValue.dense(1, 2),
          "Conversion between sparse and regular vectors failed");
      refuses(engine, "s", MULTI, "Conversion between multi and regular vectors failed");
    }
  }

  private static void refuses(Engine engine, String name, VectorValue vector, String text) {
    assertThatThrownBy(() -> upsert(engine, point(9, Map.of(name, vector))))
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining(text);
  }

  @Test
  void anOperationOfTheFirstVersionIsStillRead() {
    ByteWriter old = new ByteWriter(64);
    old.writeByte(1);
    old.writeByte(1);
    old.writeCount(1);
    old.writeBytes(PointIds.toBytes(PointId.of(7)));
    old.writeCount(1);
    old.writeString("d");
    old.writeFloats(new float[] {1, 2});
    old.writeBytes(Payload.EMPTY.bytes());
    old.writeByte(0);
    old.writeByte(0);
    assertThat(OpCodec.decode(old.toByteArray()))
        .isEqualTo(
            new WriteOp.Upsert(
                List.of(point(7, Map.of("d", VectorValue.dense(1, 2)))),
                null,
                WriteOp.UpdateMode.UPSERT));
  }

  @Test
  void anOperationOfEveryKindIsReadAsItWasWritten() {
    WriteOp upsert =
        new WriteOp.Upsert(
            List.of(
                point(1, Map.of("d", VectorValue.dense(1, 2), "s", SPARSE, "m", MULTI)),
                point(2, Map.of("s", VectorValue.Sparse.of(new int[0], new float[0])))),
            null,
            WriteOp.UpdateMode.UPSERT);
    assertThat(OpCodec.decode(OpCodec.encode(upsert))).isEqualTo(upsert);
  }

  @Test
  void theBytesOfADocumentsVectorsAreThese() {
    byte[] sparse =
        ByteBuffer.allocate(17)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) 1)
            .putInt(7)
            .putInt(-1)
            .putFloat(2)
            .putFloat(3)
            .array();
    assertThat(SparseCodec.encode(VectorValue.Sparse.of(new int[] {-1, 7}, new float[] {3, 2})))
        .isEqualTo(new org.apache.lucene.util.BytesRef(sparse));
    VectorParams rows =
        Configs.parse(
                "{\"params\":{\"vectors\":{\"size\":1,\"distance\":\"Dot\",\"datatype\":\"float16\","
                    + "\"multivector_config\":{\"comparator\":\"max_sim\"}}}}")
            .vectors()
            .get("");
    byte[] multi =
        ByteBuffer.allocate(4)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort(Float.floatToFloat16(4))
            .putShort(Float.floatToFloat16(5))
            .array();
    assertThat(MultiCodec.encode(rows, new VectorValue.Multi(2, 1, new float[] {4, 5})))
        .isEqualTo(new org.apache.lucene.util.BytesRef(multi));
  }
}
