package dev.quiver.api;

/** What a call needs of its caller's {@link Access}. */
enum Right {
  /** No key at all. */
  OPEN(false, false, false, false),
  /** Any key or token: the answer holds only what it may see. */
  ANY(false, false, false, false),
  /** Reads what belongs to no collection. */
  GLOBAL_READ(true, false, false, false),
  /** Changes what belongs to no collection, or which collections there are. */
  GLOBAL_MANAGE(true, false, true, false),
  /** Reads a collection. */
  READ(false, true, false, false),
  /** Reads what surrounds a collection's points: its shards, its snapshots. */
  READ_EXTRAS(false, true, false, true),
  /** Writes points. */
  WRITE(false, true, true, false),
  /** Writes what surrounds the points: payload indexes, vector names, snapshots. */
  WRITE_EXTRAS(false, true, true, true),
  /** Changes how a collection is laid out. */
  COLLECTION_MANAGE(false, true, true, true);

  private final boolean global;
  private final boolean ofCollection;
  private final boolean writes;
  private final boolean extras;

  Right(boolean global, boolean ofCollection, boolean writes, boolean extras) {
    this.global = global;
    this.ofCollection = ofCollection;
    this.writes = writes;
    this.extras = extras;
  }

  /** Whether a token for some collections is never enough. */
  boolean isGlobal() {
    return global;
  }

  /** Whether the call names the one collection that it is about. */
  boolean isOfCollection() {
    return ofCollection;
  }

  boolean writes() {
    return writes;
  }

  boolean extras() {
    return extras;
  }

  /** Whether it only answers from what is stored. */
  boolean reads() {
    return (global || ofCollection) && !writes;
  }

  /** Whether it is more than writing into a collection that is there. */
  boolean manages() {
    return this == GLOBAL_MANAGE || this == COLLECTION_MANAGE;
  }
}
