package text

import "testing"

func TestNumberAndCount(t *testing.T) {
	for n, want := range map[int]string{
		0: "0 checks", 1: "1 check", 2: "2 checks", 999: "999 checks", 1000: "1,000 checks", 1234567: "1,234,567 checks", -1: "-1 checks", -123: "-123 checks", -1234: "-1,234 checks",
	} {
		if got := Count(n, "check", "checks"); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
	if got := Number(int64(1_000_000)); got != "1,000,000" {
		t.Error(got)
	}
}
