package text

import "strconv"

// Number writes n as people read it: "1,000,000".
func Number[N int | int64](n N) string {
	digits := strconv.FormatInt(int64(n), 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Count writes "1 check" or "2,340 checks".
func Count[N int | int64](n N, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + several
}
