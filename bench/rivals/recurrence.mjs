/** The matrix L with x_t = e_t + Σ c_lag x_{t−lag} written as x = L e: what a library of arrays has for a recurrence. */
export function recurrenceMatrix(length, coefficients) {
  const response = [];
  for (let t = 0; t < length; t++)
    response.push(
      coefficients.reduce((sum, c, lag) => sum + (t > lag ? c * response[t - 1 - lag] : 0), t === 0 ? 1 : 0),
    );
  return Array.from({ length }, (_, t) => Array.from({ length }, (_, s) => (t < s ? 0 : response[t - s])));
}
