/**
 * One shard and the collections of one data folder: op log, Lucene writer, filters, search, scroll.
 */
@NullMarked
package dev.quiver.engine;

import org.jspecify.annotations.NullMarked;
