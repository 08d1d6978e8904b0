package dev.quiver.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * SIGINT and SIGTERM while it is open: the first asks to stop, a second one ends the process at
 * once.
 *
 * <p>The JVM's own handling cannot do that: from the first signal on it runs the shutdown hooks
 * while everything else goes on, and ignores all further signals until they are through. {@code
 * sun.misc.Signal} is the only other way to signals, and is reached by reflection since naming it
 * is a compiler warning that cannot be switched off in one place.
 */
final class Signals implements AutoCloseable {
  private static final int SIGNAL_BASE = 128;

  /** Supervisors often signal the process and its group: that is one wish, not two. */
  private static final long SAME_WISH_NANOS = 1_000_000_000L;

  private final Runnable onFirst;
  private final CountDownLatch first = new CountDownLatch(1);
  private volatile long firstNanos;

  /** What handled each signal before. */
  private final Map<Object, Object> previous = new LinkedHashMap<>();

  private Signals(Runnable onFirst) {
    this.onFirst = onFirst;
  }

  /**
   * Takes the signals over.
   *
   * @param onFirst called on the first one, on a thread of the JVM's; must be quick
   */
  static Signals install(Runnable onFirst) {
    Signals signals = new Signals(onFirst);
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object onSignal =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (_, method, arguments) -> {
                if (!method.getName().equals("handle")) {
                  return method.invoke(signals, arguments);
                }
                signals.onSignal((int) signal.getMethod("getNumber").invoke(arguments[0]));
                return null;
              });
      Method handle = signal.getMethod("handle", signal, handler);
      for (String name : new String[] {"INT", "TERM"}) {
        Object instance = signal.getConstructor(String.class).newInstance(name);
        signals.previous.put(instance, handle.invoke(null, instance, onSignal));
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "this JVM has no sun.misc.Signal (module jdk.unsupported)", e);
    }
    return signals;
  }

  private void onSignal(int number) {
    if (first.getCount() > 0) {
      firstNanos = System.nanoTime();
      onFirst.run();
      first.countDown();
    } else if (System.nanoTime() - firstNanos > SAME_WISH_NANOS) {
      Runtime.getRuntime().halt(SIGNAL_BASE + number);
    }
  }

  /** Waits for the first signal. */
  void await() throws InterruptedException {
    first.await();
  }

  /** Gives the signals back to those who had them before. */
  @Override
  public void close() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Method handle = signal.getMethod("handle", signal, Class.forName("sun.misc.SignalHandler"));
      for (Map.Entry<Object, Object> entry : previous.entrySet()) {
        handle.invoke(null, entry.getKey(), entry.getValue());
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("signals cannot be given back", e);
    }
  }
}
