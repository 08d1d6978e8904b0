package dev.quiver.index;

import java.util.Arrays;

/** A binary min-heap of longs that grows and is reused. As a max-heap it holds complements. */
final class LongHeap extends OwnLines {
  private long[] heap = new long[64];
  private int size;

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  /** The least value; the heap must not be empty. */
  long top() {
    return heap[0];
  }

  void push(long value) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    long[] a = heap;
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (a[parent] <= value) {
        break;
      }
      a[at] = a[parent];
      at = parent;
    }
    a[at] = value;
  }

  long pop() {
    long least = heap[0];
    long last = heap[--size];
    if (size > 0) {
      siftDown(last);
    }
    return least;
  }

  void replaceTop(long value) {
    siftDown(value);
  }

  /** Moves the complements of all values into a pool, least complement first. */
  void drainComplements(CandidatePool pool) {
    pool.clear(size);
    for (int i = size - 1; i >= 0; i--) {
      pool.set(i, ~pop());
    }
  }

  private void siftDown(long value) {
    long[] a = heap;
    int n = size;
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child >= n) {
        break;
      }
      if (child + 1 < n && a[child + 1] < a[child]) {
        child++;
      }
      if (a[child] >= value) {
        break;
      }
      a[at] = a[child];
      at = child;
    }
    a[at] = value;
  }
}
