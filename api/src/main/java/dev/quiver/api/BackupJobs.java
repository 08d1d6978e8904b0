package dev.quiver.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quiver.engine.BackupJob;
import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that may take longer than a call: with {@code wait=false} the answer is a job's id, under
 * which its state can be asked for as long as it is among the last ones. Thread-safe.
 */
final class BackupJobs {
  private static final Logger LOG = LoggerFactory.getLogger(BackupJobs.class);
  private static final int KEPT = 64;

  private final Map<String, ObjectNode> states =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ObjectNode> eldest) {
          return size() > KEPT;
        }
      };

  void run(RestExchange exchange, Supplier<ObjectNode> work) {
    if (exchange.flag("wait", true)) {
      ObjectNode result = work.get();
      exchange.ok(out -> out.tree(result));
      return;
    }
    String id = UUID.randomUUID().toString();
    put(id, object().put("job", id).put("state", "running"));
    Thread.ofVirtual()
        .name("backup-job")
        .start(
            () -> {
              ObjectNode state = object().put("job", id);
              try {
                ObjectNode result = work.get();
                state.put("state", "done").set("result", result);
              } catch (QuiverException e) {
                log(id, e);
                state
                    .put("state", "failed")
                    .put("error", e.getMessage())
                    .put("code", e.code().number());
              } catch (RuntimeException e) {
                LOG.error("backup job {} failed", id, e);
                state
                    .put("state", "failed")
                    .put("error", "unexpected " + e.getClass().getSimpleName() + "; see the log");
              }
              put(id, state);
            });
    ObjectNode answer = object().put("job", id);
    exchange.ok(out -> out.tree(answer));
  }

  /** What the caller did wrong, or has to wait for, is no error of the server's. */
  private static void log(String id, QuiverException e) {
    if (e.code().httpStatus() < 500 || e.code() == ErrorCode.UNAVAILABLE) {
      LOG.warn("backup job {} was refused: {}", id, e.getMessage());
    } else {
      LOG.error("backup job {} failed", id, e);
    }
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private synchronized void put(String id, ObjectNode state) {
    states.put(id, state);
  }

  /** What a job's state is; the caller's own copy. */
  synchronized ObjectNode state(String id) {
    ObjectNode state = states.get(id);
    if (state == null) {
      throw QuiverException.notFound("job " + Shape.abbreviate(id));
    }
    return state.deepCopy();
  }

  static @Nullable ObjectNode json(BackupJob.@Nullable Progress progress) {
    return progress == null
        ? null
        : object()
            .put("kind", progress.kind())
            .put("phase", progress.phase())
            .put("done", progress.done())
            .put("total", progress.total())
            .put("bytes_done", progress.bytesDone())
            .put("bytes_total", progress.bytesTotal())
            .put("elapsed_millis", progress.elapsedMillis());
  }
}
