package civil

import "testing"

func TestHybrid(t *testing.T) {
	for _, c := range []struct{ y, m, d, days int }{
		{1970, 1, 1, 0}, {1582, 10, 15, firstGregorian}, {1582, 10, 4, firstGregorian - 1}, {1, 1, 1, Days(0, 12, 30)},
		{1500, 2, 29, Days(1500, 3, 10)}, {1000, 12, 31, Days(1001, 1, 6)}, {0, 1, 1, Days(-1, 12, 30)}, {-4, 2, 29, Days(-4, 2, 27)},
	} {
		if days := HybridDays(c.y, c.m, c.d); days != c.days {
			t.Errorf("%d-%d-%d is day %d, not %d", c.y, c.m, c.d, days, c.days)
		}
		if y, m, d := HybridDate(c.days); y != c.y || m != c.m || d != c.d {
			t.Errorf("day %d is %d-%d-%d, not %d-%d-%d", c.days, y, m, d, c.y, c.m, c.d)
		}
	}
	for days := firstGregorian - 600_000; days < firstGregorian+1000; days++ {
		if back := HybridDays(HybridDate(days)); back != days {
			t.Fatalf("day %d comes back as %d", days, back)
		}
	}
	if days := HybridDays(1582, 10, 10); days != Days(1582, 10, 20) {
		t.Errorf("1582-10-10 is day %d", days)
	}
}
