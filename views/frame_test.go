package views

import (
	"testing"

	"mooring/account"
)

func TestNoticesThatCountSayHowOften(t *testing.T) {
	for kind, want := range map[account.NoticeKind][2]string{
		account.NoticeNewDevice: {
			"You signed in with a new browser: Firefox on Linux, 203.0.113.9.",
			"You signed in with new browsers 3 times, the last time with Firefox on Linux, 203.0.113.9.",
		},
		account.NoticeHalfSignIn: {
			"Somebody entered your password or signed in as you at a provider, with Firefox on Linux, 203.0.113.9, but didn't complete the second step. If it wasn't you, change your password.",
			"Somebody entered your password or signed in as you at a provider, 3 times, the last time with Firefox on Linux, 203.0.113.9, but didn't complete the second step. If it wasn't you, change your password.",
		},
	} {
		for i, count := range []int{1, 3} {
			if got := sampleReader.noticeText(account.Notice{Kind: kind, Count: count, Address: "203.0.113.9", Agent: "Firefox/1 Linux"}); got != want[i] {
				t.Errorf("got  %s\nwant %s", got, want[i])
			}
		}
	}
}
