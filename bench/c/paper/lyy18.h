/*
 * The algorithm of Lee, Yu and Yang (2018), Section 4, for a model that has defined LATENTS, BOUNDARIES, `boundary` and
 * `log_joint`: the pathwise gradient, and one boundary drawn uniformly per sample. Rows of noise: one per latent, one per
 * latent for the correction, and the boundary drawn.
 */
#include <stddef.h>

const long drawn_from = BOUNDARIES;

void gradient(double *out, const double *theta, const double *noise, long stride, long n, const double *constants) {
  double mu[LATENTS], sd[LATENTS], slope[LATENTS], z[LATENTS], g[LATENTS];
  double sum_mu[LATENTS] = {0}, sum_rho[LATENTS] = {0}, sum_value = 0;
  double weight[BOUNDARIES], at[BOUNDARIES], scaled[BOUNDARIES], offset = 0;
  int moved[BOUNDARIES];
  for (int i = 0; i < LATENTS; i++) {
    mu[i] = theta[i];
    sd[i] = softplus(theta[LATENTS + i]);
    slope[i] = sigmoid(theta[LATENTS + i]);
    offset += log(sd[i]);
  }
  for (int k = 0; k < BOUNDARIES; k++) {
    int i = moved[k] = boundary(k, constants, &at[k]);
    weight[k] = BOUNDARIES * density(at[k], mu[i], sd[i]);
    scaled[k] = slope[i] * (at[k] - mu[i]) / sd[i];
  }
  for (long j = 0; j < n; j++) {
    double squares = 0;
    for (int i = 0; i < LATENTS; i++) {
      double u = noise[i * stride + j];
      z[i] = mu[i] + sd[i] * u;
      squares += u * u;
    }
    sum_value += log_joint(z, -1, 0, constants, g) + offset + 0.5 * squares;
    for (int i = 0; i < LATENTS; i++) {
      sum_mu[i] += g[i];
      sum_rho[i] += slope[i] * (g[i] * noise[i * stride + j] + 1 / sd[i]);
    }
    int k = noise[2 * LATENTS * stride + j], i = moved[k];
    for (int l = 0; l < LATENTS; l++) z[l] = mu[l] + sd[l] * noise[(LATENTS + l) * stride + j];
    z[i] = at[k];
    /* The guide's density is the same on both sides. */
    double jump = weight[k] * (log_joint(z, k, 1, constants, NULL) - log_joint(z, k, 0, constants, NULL));
    sum_mu[i] += jump;
    sum_rho[i] += jump * scaled[k];
  }
  for (int i = 0; i < LATENTS; i++) {
    out[i] += sum_mu[i];
    out[LATENTS + i] += sum_rho[i];
  }
  out[2 * LATENTS] += sum_value;
}
