package dev.quiver.index;

/**
 * One found vector.
 *
 * @param ordinal its number, in the order of adding, from 0
 * @param score the score as people read it, {@link Distance#score}
 */
public record Hit(int ordinal, float score) {}
