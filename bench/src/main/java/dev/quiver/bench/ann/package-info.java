/**
 * The kernel against its peers. {@link dev.quiver.bench.ann.AnnBenchmark} measures, {@link
 * dev.quiver.bench.ann.Contenders} lists who takes part, and every contender runs in a process of
 * its own: {@link dev.quiver.bench.ann.ContenderProcess} or {@code peers.py}.
 */
@NullMarked
package dev.quiver.bench.ann;

import org.jspecify.annotations.NullMarked;
