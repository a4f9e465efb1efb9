export const measureGrowth = async (..._: unknown[]) => null;
