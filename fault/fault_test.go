package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"mooring/fault"
)

func TestFaultKeepsItsReadersApart(t *testing.T) {
	cause := errors.New("sql: connection refused to 10.0.0.7")
	sentinel := fault.New(fault.Conflict, "test.name-taken", "That name is taken.")
	err := fmt.Errorf("storing: %w", sentinel.At("name").Because(cause))

	got := fault.Of(err)
	if got.Kind != fault.Conflict || got.Sentence != "That name is taken." {
		t.Errorf("machine and user read %v %q", got.Kind, got.Sentence)
	}
	if got.Fields["name"] != got.Sentence {
		t.Errorf("field sentence = %q", got.Fields["name"])
	}
	if !errors.Is(err, cause) || !errors.Is(err, sentinel) {
		t.Error("the log must find both the cause and the sentinel")
	}
	if sentinel.Fields != nil || errors.Is(sentinel, cause) {
		t.Error("a sentinel must not be changed by its copies")
	}
}

func TestUnknownErrorIsOurs(t *testing.T) {
	got := fault.Of(errors.New("disk full"))
	if got.Kind != fault.Internal || got.Sentence != "Something went wrong on our side." {
		t.Errorf("got %v %q", got.Kind, got.Sentence)
	}
}

func TestNoFieldsIsNoFault(t *testing.T) {
	if err := fault.AtFields(fault.Fields{}); err != nil {
		t.Errorf("got %v", err)
	}
	if !fault.Has(fault.AtFields(fault.Fields{"a": "b"}), fault.Invalid) {
		t.Error("fields must make an Invalid fault")
	}
}
