/* From a display matrix to quarter turns. */
#include "internal.h"

#include <math.h>

/*
 * The picture's x axis becomes (m[0], m[1]) and its y axis (m[3], m[4]), in 16.16 (ISO 14496-12, 6.2.2). A matrix
 * without area, or one that slants, is damage (libavutil's own angle of such a one is NaN): no turn.
 */
void kinora_media_orientation(const int32_t matrix[9], int32_t *rotation, int32_t *mirrored)
{
    const double half_turn = 180.0, max_slant = 0.2;
    double a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    double x = hypot(a, b), y = hypot(c, d);
    *rotation = 0;
    *mirrored = 0;
    if (x == 0 || y == 0 || fabs(a * c + b * d) > max_slant * x * y) {
        return;
    }

    /* atan2 tells where the x axis went, clockwise, since y points down. Mirrored by definition comes first, and turns
     * that axis. */
    double angle = atan2(b, a) * half_turn / 3.14159265358979323846;
    *mirrored = a * d - b * c < 0;
    int quarters = (int)lround(angle / 90.0) + (*mirrored ? 2 : 0);
    *rotation = ((quarters % 4) + 4) % 4 * 90;
}
