package dev.quiver.index;

/** Something would need more memory than its budget; nothing was allocated beyond it. */
public final class MemoryBudgetException extends RuntimeException {
  private final long neededBytes;
  private final long budgetBytes;

  MemoryBudgetException(String what, long neededBytes, long budgetBytes) {
    super(
        what
            + " needs "
            + neededBytes
            + " bytes (budget: "
            + budgetBytes
            + " bytes); raise the budget or use fewer vectors");
    this.neededBytes = neededBytes;
    this.budgetBytes = budgetBytes;
  }

  public long neededBytes() {
    return neededBytes;
  }

  public long budgetBytes() {
    return budgetBytes;
  }
}
