package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.util.Map;

/** What a caller may see and change. Immutable. */
sealed interface Access {
  /** What a token allows in one collection. */
  enum Mode {
    /** {@code r} */
    READ,
    /** {@code rw} */
    READ_WRITE,
    /** {@code prw}: points alone, neither payload indexes nor snapshots. */
    POINTS_READ_WRITE
  }

  /**
   * Every collection, and what belongs to none.
   *
   * @param writes points, payload indexes and vector names
   * @param manages which collections there are, and what belongs to none
   */
  record Global(boolean reads, boolean writes, boolean manages) implements Access {
    static final Global READ = new Global(true, false, false);
    static final Global MANAGE = new Global(true, true, true);
  }

  /** Some collections, each by the name (or alias) that its caller must use. */
  record Collections(Map<String, Mode> modes) implements Access {
    public Collections {
      modes = Map.copyOf(modes);
    }
  }

  /**
   * Checks a call that is not of one collection, and of one that is, what can be said before its
   * collection is known.
   *
   * @throws QuiverException {@link ErrorCode#FORBIDDEN}
   */
  default void require(Right right) {
    switch (this) {
      case Global(boolean reads, boolean writes, boolean manages) -> {
        if (right.manages() && !manages) {
          throw forbidden("Global manage access is required");
        }
        if (right.writes() && !right.manages() && !writes) {
          throw forbidden("Global manage access is required");
        }
        if (right.reads() && !reads) {
          throw forbidden("Global read access is required");
        }
      }
      case Collections _ -> {
        if (right.isGlobal()) {
          throw forbidden("Global access is required");
        }
      }
    }
  }

  /**
   * Checks a call of a collection, whether that exists or not.
   *
   * @throws QuiverException {@link ErrorCode#FORBIDDEN}
   */
  default void require(Right right, String collection) {
    require(right);
    if (!right.isOfCollection() || !(this instanceof Collections(Map<String, Mode> modes))) {
      return;
    }
    Mode mode = modes.get(collection);
    if (mode == null) {
      throw forbidden("Access to collection " + Shape.abbreviate(collection) + " is required");
    }
    if (right.extras() && mode == Mode.POINTS_READ_WRITE) {
      throw forbidden("Only points access is allowed for collection " + collection);
    }
    if (right.writes() && mode == Mode.READ) {
      throw forbidden("Write access to collection " + collection + " is required");
    }
    if (right == Right.COLLECTION_MANAGE) {
      throw forbidden("Manage access for this operation is required");
    }
  }

  /** Whether lists may name this collection or alias. */
  default boolean sees(String nameOrAlias) {
    return switch (this) {
      case Global _ -> true;
      case Collections(Map<String, Mode> modes) -> modes.containsKey(nameOrAlias);
    };
  }

  private static QuiverException forbidden(String message) {
    return new QuiverException(ErrorCode.FORBIDDEN, message);
  }
}
