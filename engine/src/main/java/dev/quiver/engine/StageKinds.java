package dev.quiver.engine;

import dev.quiver.engine.query.Query;
import java.util.Locale;

/** Names of a query's kinds, as the API has them. */
final class StageKinds {
  private StageKinds() {}

  static String name(Query query) {
    return switch (query) {
      case Query.Nearest(_, Query.Mmr mmr) when mmr != null -> "mmr";
      case Query.Nearest _ -> "nearest";
      case Query.Recommend recommend ->
          "recommend " + recommend.strategy().name().toLowerCase(Locale.ROOT);
      case Query.Discover _ -> "discover";
      case Query.Context _ -> "context";
      case Query.Feedback _ -> "relevance_feedback";
      case Query.ByValue _ -> "order_by";
      case Query.Rrf _ -> "rrf";
      case Query.Dbsf _ -> "dbsf";
      case Query.Boost _ -> "formula";
      case Query.Sample _ -> "sample";
      case Query.None _ -> "all";
    };
  }
}
