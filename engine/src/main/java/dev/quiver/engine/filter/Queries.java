package dev.quiver.engine.filter;

import java.util.List;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;

/** Unscored combinations. */
final class Queries {
  private Queries() {}

  static Query any(List<Query> alternatives) {
    if (alternatives.size() == 1) {
      return alternatives.getFirst();
    }
    if (alternatives.isEmpty()) {
      return new MatchNoDocsQuery("no alternatives");
    }
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    alternatives.forEach(query -> any.add(query, Occur.SHOULD));
    return any.build();
  }

  static Query all(List<Query> needed) {
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    needed.forEach(query -> all.add(query, Occur.FILTER));
    return simplified(all.build());
  }

  static Query not(Query query) {
    return without(MatchAllDocsQuery.INSTANCE, query);
  }

  static Query without(Query from, Query taken) {
    return new BooleanQuery.Builder().add(from, Occur.FILTER).add(taken, Occur.MUST_NOT).build();
  }

  /** A conjunction of none or one clause without the conjunction. */
  static Query simplified(BooleanQuery conjunction) {
    return switch (conjunction.clauses().size()) {
      case 0 -> MatchAllDocsQuery.INSTANCE;
      case 1 -> conjunction.clauses().getFirst().query();
      default -> conjunction;
    };
  }
}
