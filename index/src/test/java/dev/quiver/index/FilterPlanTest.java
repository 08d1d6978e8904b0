package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterPlanTest {
  private static final int SIZE = 1_000_000;

  /** The fewer are accepted, the fewer candidates, but the more nodes for the same recall. */
  @Test
  void aWalkThroughAllKeepsFewerCandidatesAndPassesMoreNodes() {
    FilterPlan before = plan(1, 10, 100);
    assertThat(before.ef()).isEqualTo(100);
    for (double share : new double[] {0.5, 0.2, 0.1, 0.05}) {
      FilterPlan plan = plan(share, 10, 100);
      assertThat(plan.strategy()).isEqualTo(SearchStrategy.WALK);
      assertThat(plan.ef()).isBetween(10, before.ef() - 1);
      assertThat(plan.ef() / share).isGreaterThan(before.ef());
      assertThat(plan.poolSize() * share).isGreaterThan(plan.ef());
      before = plan;
    }
  }

  @ParameterizedTest
  @CsvSource({"0.1, 10, 20", "0.1, 50, 80", "0.01, 1, 10", "0.5, 100, 100"})
  void aWalkThroughAllKeepsAtLeastKAndAtMostEf(double share, int k, int ef) {
    FilterPlan plan = plan(share, k, ef);
    assertThat(plan.strategy()).isEqualTo(SearchStrategy.WALK);
    assertThat(plan.ef()).isBetween(k, ef);
  }

  @Test
  void theCheapestWayIsChosen() {
    assertThat(plan(0.1, 10, 100).strategy()).isEqualTo(SearchStrategy.WALK);
    assertThat(plan(0.001, 10, 100).strategy()).isEqualTo(SearchStrategy.EXACT);
    // Whole vectors cost so much that it pays to compare accepted ones only.
    assertThat(
            FilterPlan.of(SIZE / 10, SIZE, 256, 26, 10, 100, FilterPlan.Costs.VECTORS).strategy())
        .isEqualTo(SearchStrategy.FILTERED_WALK);
  }

  @Test
  void afterAWalkThatFoundTooFewTheNextCheapestFollowsAndAtLastAScan() {
    FilterPlan through = plan(0.1, 10, 20);
    assertThat(strategies(through))
        .containsExactly(SearchStrategy.WALK, SearchStrategy.FILTERED_WALK, SearchStrategy.EXACT);
    assertThat(through.next().ef()).isEqualTo(20);
    assertThat(strategies(plan(0.001, 10, 100))).containsExactly(SearchStrategy.EXACT);
  }

  /** Of half of all nodes, so many among a thousand near the query. */
  @Test
  void whatIsRareNearTheQueryIsWalkedToOnlyIfThatIsMuchCheaperThanTheScan() {
    assertThat(strategies(rare(240))).containsExactly(SearchStrategy.WALK, SearchStrategy.EXACT);
    assertThat(strategies(rare(100))).containsExactly(SearchStrategy.WALK, SearchStrategy.EXACT);
    assertThat(rare(100).poolSize()).isGreaterThan(rare(240).poolSize());
    assertThat(strategies(rare(2))).containsExactly(SearchStrategy.EXACT);
    assertThat(strategies(rare(0))).containsExactly(SearchStrategy.EXACT);
  }

  private static FilterPlan rare(int nearAccepted) {
    return FilterPlan.of(SIZE / 2, SIZE, 1000, nearAccepted, 10, 100, FilterPlan.Costs.CODES);
  }

  private static List<SearchStrategy> strategies(FilterPlan plan) {
    return Stream.iterate(plan, Objects::nonNull, FilterPlan::next)
        .map(FilterPlan::strategy)
        .toList();
  }

  private static FilterPlan plan(double share, int k, int ef) {
    return FilterPlan.of(
        (int) (SIZE * share),
        SIZE,
        1000,
        (int) Math.round(1000 * share),
        k,
        ef,
        FilterPlan.Costs.CODES);
  }
}
