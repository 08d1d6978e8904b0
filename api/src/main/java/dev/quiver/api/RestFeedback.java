package dev.quiver.api;

import dev.quiver.engine.query.Query;
import dev.quiver.engine.query.VectorInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads RelevanceFeedbackInput. */
final class RestFeedback {
  private final JsonIn in;
  private final String label;
  private final List<Query.Judged> examples = new ArrayList<>();
  private final @Nullable Float[] coefficients = new Float[3];
  private @Nullable VectorInput target;
  private boolean hasFeedback;
  private boolean hasStrategy;

  RestFeedback(JsonIn in, String label) {
    this.in = in;
    this.label = label + "relevance_feedback.";
  }

  Query read() throws IOException {
    in.object(
        "RelevanceFeedbackInput",
        name -> {
          switch (name) {
            case "target" -> target = RestVectors.queryInput(in, label);
            case "feedback" -> {
              hasFeedback = true;
              in.array(this::judged);
            }
            case "strategy" -> {
              hasStrategy = true;
              strategy();
            }
            default -> {
              return false;
            }
          }
          return true;
        });
    VectorInput to = target;
    if (to == null || !hasFeedback || !hasStrategy) {
      throw in.missing(to == null ? "target" : hasFeedback ? "strategy" : "feedback");
    }
    if (examples.isEmpty()) {
      in.invalid(label + "__all__", "feedback elements must be non-empty");
    }
    return new Query.Feedback(
        to, examples, coefficient(0, "a"), coefficient(1, "b"), coefficient(2, "c"));
  }

  private float coefficient(int index, String name) {
    Float value = coefficients[index];
    if (value == null) {
      throw in.missing(name);
    }
    return value;
  }

  private void judged() throws IOException {
    VectorInput[] example = new VectorInput[1];
    Float[] score = new Float[1];
    in.object(
        "FeedbackItem",
        name -> {
          switch (name) {
            case "example" -> example[0] = RestVectors.queryInput(in, label);
            case "score" -> score[0] = in.float32();
            default -> {
              return false;
            }
          }
          return true;
        });
    if (example[0] == null || score[0] == null) {
      throw in.missing(example[0] == null ? "example" : "score");
    }
    examples.add(new Query.Judged(example[0], score[0]));
  }

  private void strategy() throws IOException {
    boolean[] found = {false};
    in.object(
        "FeedbackStrategy",
        name -> {
          if (!name.equals("naive")) {
            return false;
          }
          found[0] = true;
          in.object("NaiveFeedbackStrategyParams", this::coefficient);
          return true;
        });
    if (!found[0]) {
      throw in.error("data did not match any variant of untagged enum FeedbackStrategy");
    }
  }

  private boolean coefficient(String name) throws IOException {
    switch (name) {
      case "a" -> coefficients[0] = in.float32();
      case "b" -> {
        float b = in.float32();
        if (b < 0) {
          in.invalid(label + "strategy.naive.b", "value " + b + " invalid, must be 0.0 or larger");
        }
        coefficients[1] = b;
      }
      case "c" -> coefficients[2] = in.float32();
      default -> {
        return false;
      }
    }
    return true;
  }
}
