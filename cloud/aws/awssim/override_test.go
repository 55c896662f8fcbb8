package awssim_test

import (
	"strings"
	"testing"

	"mooring/cloud/aws/awssim"
)

func TestAnOverrideWithoutAnEffectIsRefusedInWords(t *testing.T) {
	s := start(t)
	for want, o := range map[string]awssim.Override{
		"choose one of the stages session, identity, permissions, regions": {Stage: "sign-in", Code: "AccessDenied"},
		"enter a code, such as AccessDeniedException":                      {Stage: "session", Code: "no code"},
		"only at the stage identity":                                       {Stage: "session", Code: "OtherAccount"},
	} {
		if err := s.SetOverride(awssim.Working, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if err := s.SetOverride("999999999999", awssim.Override{Stage: "session", Code: "AccessDenied"}); err == nil {
		t.Error("an account that doesn't exist")
	}
}

func TestEveryStoryHasAnAccountOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range awssim.Stories() {
		if len(a.Number) != 12 || seen[a.Number] || seen[a.Name] || !strings.HasSuffix(a.Outcome, ".") {
			t.Errorf("%+v", a)
		}
		seen[a.Number], seen[a.Name] = true, true
	}
}

func TestTheFleetIsBesideTheStories(t *testing.T) {
	s, err := awssim.Start(awssim.Options{Fleet: 50})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	for n, opens := range map[int]bool{1: true, 24: true, 50: false} {
		a, l := awssim.Fleet(n), newLink(t)
		linked, err := s.Link(a.Number, linkName, string(l.PEM()))
		ok(t, err)
		err = shell{Simulator: s, t: t}.opens(l, map[string]string{"TrustAnchorArn": linked.TrustAnchor, "ProfileArn": linked.Profile, "RoleArn": linked.Role})
		if (err == nil) != opens {
			t.Errorf("%+v: %v", a, err)
		}
	}
	if _, err := s.Link(awssim.Fleet(51).Number, linkName, string(newLink(t).PEM())); err == nil {
		t.Error("there are more than asked for")
	}
}
