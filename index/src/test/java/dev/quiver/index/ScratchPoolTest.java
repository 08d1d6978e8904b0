package dev.quiver.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ScratchPoolTest {
  @Test
  void searchesOneAfterTheOtherHaveOneScratchWhateverTheirThread() throws Exception {
    ScratchPool pool = new ScratchPool(4);
    Set<SearchScratch> lent = Collections.newSetFromMap(new IdentityHashMap<>());

    for (int i = 0; i < 20; i++) {
      Thread thread = Thread.ofVirtual().start(() -> lent.add(pool.with(scratch -> scratch)));
      thread.join();
    }

    assertThat(lent).hasSize(1);
  }

  @Test
  void threadsThatSearchAtOnceFindTheirOwnScratchAgain() throws Exception {
    // So many places that no two threads begin at the same one, whatever began in between.
    ScratchPool pool = new ScratchPool(1_000);
    try (ExecutorService first = Executors.newSingleThreadExecutor();
        ExecutorService second = Executors.newSingleThreadExecutor()) {
      SearchScratch ofFirst = first.submit(pool::borrow).get();
      SearchScratch ofSecond = second.submit(pool::borrow).get();
      second.submit(() -> pool.giveBack(ofSecond)).get();
      first.submit(() -> pool.giveBack(ofFirst)).get();

      assertThat(first.submit(pool::borrow).get()).isSameAs(ofFirst);
      assertThat(second.submit(pool::borrow).get()).isSameAs(ofSecond);
    }
  }

  @Test
  void keepsNoMoreThanItIsToldTo() {
    for (int most = 0; most <= 3; most++) {
      ScratchPool pool = new ScratchPool(most);
      List<SearchScratch> lent = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        lent.add(pool.borrow());
      }
      lent.forEach(pool::giveBack);

      Set<SearchScratch> again = new HashSet<>();
      for (int i = 0; i < 5; i++) {
        again.add(pool.borrow());
      }

      assertThat(again).hasSize(5);
      again.retainAll(lent);
      assertThat(again).hasSize(most);
    }
  }

  @Test
  void nobodyHasAScratchThatAnotherUses() throws Exception {
    ScratchPool pool = new ScratchPool(3);
    Set<SearchScratch> used = ConcurrentHashMap.newKeySet();
    Callable<Integer> searches =
        () -> {
          int shared = 0;
          for (int i = 0; i < 50_000; i++) {
            SearchScratch scratch = pool.borrow();
            shared += used.add(scratch) ? 0 : 1;
            used.remove(scratch);
            pool.giveBack(scratch);
          }
          return shared;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      for (Future<Integer> each : threads.invokeAll(Collections.nCopies(6, searches))) {
        assertThat(each.get()).isZero();
      }
    }
  }

  @Test
  void fewerThanNoneAreRefused() {
    assertThatThrownBy(() -> new ScratchPool(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
  }
}
