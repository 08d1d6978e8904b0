package dev.quiver.embed;

/**
 * Counters of one model since its {@link Embedders} was opened. They only grow; one snapshot is not
 * atomic across its fields.
 *
 * @param model the canonical name
 * @param loaded whether the model is in memory
 * @param calls calls to {@code embed} that succeeded
 * @param texts texts embedded
 * @param tokens tokens read by the model
 * @param busyMicros time that threads spent on tokenising and running the model, in microseconds,
 *     summed over threads
 * @param failedCalls calls that failed, for any reason, refused ones included
 * @param overloadedCalls calls refused because too much was waiting; part of {@code failedCalls}
 */
public record ModelMetrics(
    String model,
    boolean loaded,
    long calls,
    long texts,
    long tokens,
    long busyMicros,
    long failedCalls,
    long overloadedCalls) {}
