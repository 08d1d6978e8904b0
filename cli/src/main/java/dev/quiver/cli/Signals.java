package dev.quiver.cli;

import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/**
 * SIGINT and SIGTERM: the first asks to stop, the second ends the process at once.
 *
 * <p>The JVM's own handling cannot do that: from the first signal on it ignores all others until
 * the shutdown hooks are through. {@code sun.misc.Signal} is the only other way to signals, and is
 * reached by reflection since naming it is a compiler warning that cannot be switched off in one
 * place.
 */
final class Signals {
  private static final int SIGNAL_BASE = 128;

  /** Supervisors often signal the process and its group: that is one wish, not two. */
  private static final long SAME_WISH_NANOS = 1_000_000_000L;

  private final CountDownLatch first = new CountDownLatch(1);
  private volatile long firstNanos;

  private Signals() {}

  static Signals install() {
    Signals signals = new Signals();
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object onSignal =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      int number = (int) signal.getMethod("getNumber").invoke(arguments[0]);
                      signals.onSignal(number);
                      yield null;
                    }
                    default -> method.invoke(signals, arguments);
                  });
      for (String name : new String[] {"INT", "TERM"}) {
        Object instance = signal.getConstructor(String.class).newInstance(name);
        signal.getMethod("handle", signal, handler).invoke(null, instance, onSignal);
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
      first.countDown();
    } else if (System.nanoTime() - firstNanos > SAME_WISH_NANOS) {
      Runtime.getRuntime().halt(SIGNAL_BASE + number);
    }
  }

  /** Waits for the first signal. */
  void await() throws InterruptedException {
    first.await();
  }
}
