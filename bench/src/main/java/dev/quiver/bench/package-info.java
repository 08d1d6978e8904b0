/** Benchmarks and comparisons with peers. */
@NullMarked
package dev.quiver.bench;

import org.jspecify.annotations.NullMarked;
