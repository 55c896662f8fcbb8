package register_test

import (
	"errors"
	"testing"

	"mooring/audit"
)

func wantErr(t testing.TB, got, sentinel error) {
	t.Helper()
	if !errors.Is(got, sentinel) {
		t.Errorf("got error %v, want %v", got, sentinel)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func actor(name string) audit.Actor {
	return audit.Actor{PersonID: "person-" + name, Name: name + "@example.com", Address: "192.0.2.1", RequestID: "request-" + name}
}
