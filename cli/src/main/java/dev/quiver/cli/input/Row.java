package dev.quiver.cli.input;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * One row of an input.
 *
 * @param number from 0, counting bad rows too: the same for the same row in every run
 * @param line where a person finds it: the line of a text file, else the row, both from 1
 * @param fields by name; empty for inputs that hold vectors only
 * @param vector for inputs that hold vectors only; owned by the row
 */
public record Row(long number, long line, ObjectNode fields, float @Nullable [] vector) {}
