package fault_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

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

func TestAFaultCanNameANumberAndATime(t *testing.T) {
	sentinel := fault.New(fault.TooMany, "test.too-many", "Too many.")
	got := sentinel.Saying("Three are too many.").After(time.Minute)
	if got.Sentence != "Three are too many." || got.RetryAfter != time.Minute || !errors.Is(got, sentinel) {
		t.Errorf("got %+v", got)
	}
	if sentinel.Sentence != "Too many." || sentinel.RetryAfter != 0 {
		t.Error("a sentinel must not be changed by its copies")
	}
}

func TestUnknownErrorIsOurs(t *testing.T) {
	got := fault.Of(errors.New("disk full"))
	if got.Kind != fault.Internal || got.Sentence != "Mooring had an internal error." {
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
