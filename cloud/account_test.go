package cloud_test

import (
	"testing"

	"mooring/cloud"
)

func TestAnAccountIsReadFromAResourceName(t *testing.T) {
	for text, want := range map[string]string{
		"arn:aws:iam::111122223333:role/mooring":                            "111122223333",
		"arn:aws-us-gov:rolesanywhere:us-gov-west-1:440000000017:profile/x": "440000000017",
		"ARN:aws:s3:::bucket":                                               "", "111122223333": "", "arn:aws:iam::1111:role/x": "", "see arn:aws:iam::111122223333:role/x": "", "": "",
	} {
		if got := cloud.AccountIn(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
