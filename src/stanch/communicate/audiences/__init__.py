"""Engineers, leadership, support and customers (R31, R32): one set of facts in four framings, a clock and recipients for each."""
