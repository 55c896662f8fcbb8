package azure

import (
	"slices"
	"testing"
)

func TestEveryGrantedRightIsListed(t *testing.T) {
	a := New(Options{Environments: []Environment{{Key: "public"}}})
	for _, right := range rightsOf([]permission{{Actions: []string{"*"}}}) {
		if !slices.Contains(a.Rights(), right.Sentence) {
			t.Errorf("%q is not listed", right.Sentence)
		}
	}
	if slices.Contains(a.Rights(), rightClassic) {
		t.Error("the classic right is listed where there is no classic endpoint")
	}
	a = New(Options{Environments: []Environment{{Key: "public"}, {Key: "old", Classic: "https://old.example"}}})
	if !slices.Contains(a.Rights(), rightClassic) {
		t.Error("the classic right is not listed")
	}
}
