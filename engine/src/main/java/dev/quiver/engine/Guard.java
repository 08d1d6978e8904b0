package dev.quiver.engine;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands between a mistake and the data: the environment that a store is labelled with, and in
 * {@code production} the demand that whoever destroys something names it once more.
 *
 * <p>Whoever serves a call asks it before anything is done; a program that holds the {@link
 * Database} itself is not stopped by it. Thread-safe.
 */
public final class Guard {
  public static final String DEVELOPMENT = "development";

  /** The label that switches the guard on. */
  public static final String PRODUCTION = "production";

  private final StoreLabel label;
  private final Destruction destruction;

  Guard(StoreLabel label, Database database) {
    this.label = label;
    this.destruction = new Destruction(database);
  }

  /** The store's label: {@link #DEVELOPMENT}, {@link #PRODUCTION} or any other word. */
  public String environment() {
    return label.environment();
  }

  public boolean isProduction() {
    return label.environment().equals(PRODUCTION);
  }

  /**
   * Gives the store another label; durable on return.
   *
   * @throws QuiverException {@link ErrorCode#VALIDATION} for what is no label
   */
  public void label(String environment) {
    try {
      label.set(environment);
    } catch (IOException e) {
      throw Engine.failure("environment cannot be changed", e);
    }
  }

  /**
   * Refuses a caller who believes to talk to another environment.
   *
   * @param expected null: the caller does not say
   * @throws QuiverException {@link ErrorCode#WRONG_ENVIRONMENT}
   */
  public void expect(@Nullable String expected) {
    String environment = label.environment();
    if (expected != null && !expected.equals(environment)) {
      throw new QuiverException(
          ErrorCode.WRONG_ENVIRONMENT,
          "this store is labelled `"
              + environment
              + "` (the caller expects: `"
              + (expected.length() <= 32 ? expected : expected.substring(0, 32) + "...")
              + "`); nothing was done",
          null,
          Map.of("environment", environment));
    }
  }

  /**
   * In production, refuses to destroy what its caller does not name once more.
   *
   * @param what what would be done, as in "dropping collection `c`"
   * @param name what is to be repeated
   * @param confirmation what the caller says; null: nothing
   * @throws QuiverException {@link ErrorCode#NOT_CONFIRMED}
   */
  public void confirm(String what, String name, @Nullable String confirmation) {
    if (!isProduction() || name.equals(confirmation)) {
      return;
    }
    throw new QuiverException(
        ErrorCode.NOT_CONFIRMED,
        what
            + " in a store labelled `production` must be confirmed: repeat the name `"
            + name
            + "` in the header Quiver-Confirm (gRPC: the metadata quiver-confirm; command:"
            + " --confirm); "
            + (confirmation == null
                ? "none was given"
                : "given: `"
                    + (confirmation.length() <= 255
                        ? confirmation
                        : confirmation.substring(0, 255) + "...")
                    + "`"),
        null,
        Map.of("environment", PRODUCTION));
  }

  /** Tells it that the content of a collection is another one now: dropped, or replaced. */
  public void forget(String collection) {
    destruction.forget(collection);
  }

  /**
   * Says how operations would destroy more than single points: by an empty filter, by taking every
   * point, or a whole vector. It may count the points that a deletion matches.
   *
   * @return as in "deleting all 12 points of collection `c`"; null when they do not
   */
  public @Nullable String destruction(String collection, List<WriteOp> operations) {
    return destruction.of(collection, operations);
  }

  /** The collection that an alias stands for now; any other name as it is. */
  public String realName(String nameOrAlias) {
    return destruction.realName(nameOrAlias);
  }
}
