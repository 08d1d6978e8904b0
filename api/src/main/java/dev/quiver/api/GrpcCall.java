package dev.quiver.api;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.qdrant.client.grpc.Points;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One call: when it began, and what requests of every kind carry in fields of the same name. The
 * generated messages have no common type for these fields, so they are found by name, once a kind.
 * Immutable.
 */
final class GrpcCall {
  private static final Map<Descriptor, Fields> FIELDS = new ConcurrentHashMap<>();

  private record Fields(
      @Nullable FieldDescriptor collection,
      @Nullable FieldDescriptor timeout,
      @Nullable FieldDescriptor waits,
      @Nullable FieldDescriptor ordering,
      @Nullable FieldDescriptor shardKey,
      @Nullable FieldDescriptor consistency) {
    static Fields of(Descriptor kind) {
      return new Fields(
          kind.findFieldByName("collection_name"),
          kind.findFieldByName("timeout"),
          kind.findFieldByName("wait"),
          kind.findFieldByName("ordering"),
          kind.findFieldByName("shard_key_selector"),
          kind.findFieldByName("read_consistency"));
    }
  }

  private final Message request;
  private final Fields fields;
  private final GrpcCaller caller;
  private final ExplainLog explains = GrpcExplain.current();
  private final long startNanos = System.nanoTime();

  /** Must be made where the call arrives: that is where its caller is known. */
  GrpcCall(Message request) {
    this.request = request;
    this.caller = GrpcCaller.KEY.get();
    this.fields = FIELDS.computeIfAbsent(request.getDescriptorForType(), Fields::of);
  }

  /** Seconds since the call began, for the answer. */
  double seconds() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  /** Where its searches are recorded. */
  ExplainLog explains() {
    return explains;
  }

  /** Who makes the call. */
  Caller caller() {
    return caller.caller();
  }

  /** What the caller may do. */
  Access access() {
    return caller.caller().access();
  }

  /**
   * Checks that the caller may make this call of the collection that it names. Before it nothing
   * may be answered that depends on a collection.
   */
  void admit() {
    if (caller.right().isOfCollection()) {
      access().require(caller.right(), name());
      caller.admitted().accept(name());
    }
  }

  /** The name of the collection, checked. */
  String collection() {
    String name = name();
    CollectionDocuments.checkName(name);
    return name;
  }

  private String name() {
    return fields.collection == null ? "" : (String) request.getField(fields.collection);
  }

  boolean hasTimeout() {
    return has(fields.timeout);
  }

  /** The timeout that the request names, an unsigned number; 0 when it names none. */
  long timeoutSeconds() {
    return fields.timeout == null ? 0 : (Long) request.getField(fields.timeout);
  }

  /** Whether the caller waits until the write is applied. */
  boolean waits() {
    return fields.waits != null && (Boolean) request.getField(fields.waits);
  }

  /** Checks what every write may say beside its body. */
  void checkOrdering() {
    if (fields.ordering != null) {
      GrpcWrites.checkOrdering((Points.WriteOrdering) request.getField(fields.ordering));
    }
  }

  /** Checks what every read may say beside its body. */
  void checkConsistency() {
    FieldDescriptor field = fields.consistency;
    if (field != null && request.hasField(field)) {
      GrpcReads.checkConsistency(true, (Points.ReadConsistency) request.getField(field));
    }
  }

  /** Refuses a request for certain shards. */
  void refuseShardKey() {
    FieldDescriptor field = fields.shardKey;
    if (field != null && request.hasField(field)) {
      ShardKeys.refuse((Points.ShardKeySelector) request.getField(field), caller.right().writes());
    }
  }

  private boolean has(@Nullable FieldDescriptor field) {
    return field != null && request.hasField(field);
  }
}
