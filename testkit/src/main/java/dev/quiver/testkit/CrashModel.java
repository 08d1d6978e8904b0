package dev.quiver.testkit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which states each point may be in after what was acknowledged and what was only begun. A step
 * that nobody was told of may have happened or not, so it doubles a point's states; a later
 * acknowledged one that replaces the point makes them one again. Not thread-safe.
 */
final class CrashModel {

  /**
   * A point's content.
   *
   * @param v the payload's {@code v}; null: none
   * @param p the payload's {@code p}; null: none
   * @param vector the vector's first component
   */
  record State(boolean exists, @Nullable Long v, @Nullable Long p, float vector) {
    static final State ABSENT = new State(false, null, null, 0);
  }

  private final Map<Long, Set<State>> states = new HashMap<>();

  void acknowledged(CrashPlan.Step step) {
    for (long id : step.ids()) {
      Set<State> after = new HashSet<>();
      for (State before : possible(id)) {
        after.add(apply(step, before));
      }
      states.put(id, after);
    }
  }

  void begun(CrashPlan.Step step) {
    for (long id : step.ids()) {
      Set<State> either = new HashSet<>(possible(id));
      for (State before : possible(id)) {
        either.add(apply(step, before));
      }
      states.put(id, either);
    }
  }

  Set<State> possible(long id) {
    return states.getOrDefault(id, Set.of(State.ABSENT));
  }

  /** Takes over what was found, of all that was possible. */
  void found(long id, State state) {
    states.put(id, Set.of(state));
  }

  /** The ids that were ever written. */
  Set<Long> ids() {
    return Set.copyOf(states.keySet());
  }

  private static State apply(CrashPlan.Step step, State before) {
    return switch (step.kind()) {
      case UPSERT -> new State(true, step.value(), null, step.value());
      case SET_PAYLOAD ->
          before.exists() ? new State(true, before.v(), step.value(), before.vector()) : before;
      case UPDATE_VECTORS ->
          before.exists() ? new State(true, before.v(), before.p(), step.value()) : before;
      case DELETE -> State.ABSENT;
    };
  }

  @Override
  public String toString() {
    return Objects.toString(states);
  }
}
