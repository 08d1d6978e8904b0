/**
 * The filter language: its tree, its JSON form, its meaning on a payload, and its form as Lucene
 * queries.
 */
@NullMarked
package dev.quiver.engine.filter;

import org.jspecify.annotations.NullMarked;
