package audit

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"time"
)

// Line is one line of an export: exactly one of these. A checkpoint that is
// sent out is such a line too.
type Line struct {
	Header     *Header
	Segment    *Segment
	Entry      *Sealed
	Checkpoint *Checkpoint
}

// Header is the first line of an export. It is signed, so that a shorter
// export is not taken for a whole one.
type Header struct {
	At              time.Time
	First, Last     int64  // entries
	Before, Digest  []byte // of the entry before the first, and of the last
	CheckpointAfter int64  // the checkpoints begin after this one
	Checkpoints     int64  // number of the last checkpoint
	Segments        int64
	Keys            []PublicKey
	Vouches         []Vouch
	Some            string // which entries, when it is not all of them; then nothing can be verified
	Signature       Signature
}

const (
	exporting    = "audit export"
	exportFormat = "mooring audit log 1"
	maxLine      = 1 << 20 // bytes; an entry is far smaller
)

func (h Header) spelt() []byte {
	return encode(exportFormat).moment(h.At).number(h.First).number(h.Last).bytes(h.Before).bytes(h.Digest).
		number(h.CheckpointAfter).number(h.Checkpoints).number(h.Segments).text(h.Some)
}

// The spelling of a line in JSON. Digests are hexadecimal, as other programs
// print them. Marks stay at home: nobody else can check them, and nobody would
// notice that one was changed.
type (
	lineJSON struct {
		Header     *headerJSON     `json:"header,omitempty"`
		Segment    *segmentJSON    `json:"segment,omitempty"`
		Entry      *entryJSON      `json:"entry,omitempty"`
		Checkpoint *checkpointJSON `json:"checkpoint,omitempty"`
	}
	headerJSON struct {
		Format          string        `json:"format"`
		At              instant       `json:"at"`
		First           int64         `json:"first"`
		Last            int64         `json:"last"`
		Before          hexadecimal   `json:"before"`
		Digest          hexadecimal   `json:"digest"`
		CheckpointAfter int64         `json:"checkpoint_after"`
		Checkpoints     int64         `json:"checkpoints"`
		Segments        int64         `json:"segments"`
		Keys            []base64Bytes `json:"keys"`
		Vouches         []vouchJSON   `json:"vouches,omitempty"`
		Some            string        `json:"only,omitempty"`
		signatureJSON
	}
	vouchJSON struct {
		For base64Bytes `json:"for"`
		signatureJSON
	}
	signatureJSON struct {
		Key       string      `json:"key"`
		Signature base64Bytes `json:"signature"`
	}
	segmentJSON struct {
		First    int64          `json:"first"`
		Last     int64          `json:"last"`
		FirstAt  instant        `json:"first_at"`
		LastAt   instant        `json:"last_at"`
		Before   hexadecimal    `json:"before"`
		Digest   hexadecimal    `json:"digest"`
		Restores []restoredJSON `json:"restores,omitempty"`
		SealedAt instant        `json:"sealed_at"`
		signatureJSON
	}
	restoredJSON struct {
		Entry int64   `json:"entry"`
		At    instant `json:"at"`
	}
	entryJSON struct {
		Number     int64       `json:"number"`
		At         instant     `json:"at"`
		Person     string      `json:"person"`
		Name       string      `json:"name"`
		Key        string      `json:"key,omitempty"`
		Address    string      `json:"address,omitempty"`
		Request    string      `json:"request,omitempty"`
		Action     string      `json:"action"`
		Account    string      `json:"account,omitempty"`
		Credential string      `json:"credential,omitempty"`
		Result     string      `json:"result"`
		Detail     string      `json:"detail,omitempty"`
		Changes    []Change    `json:"changes,omitempty"`
		Digest     hexadecimal `json:"digest"`
	}
	checkpointJSON struct {
		Number   int64       `json:"number"`
		At       instant     `json:"at"`
		Entry    int64       `json:"entry"`
		Digest   hexadecimal `json:"digest"`
		Previous hexadecimal `json:"previous"`
		signatureJSON
	}
)

type (
	instant     time.Time
	hexadecimal []byte
	base64Bytes []byte
)

func (i instant) MarshalText() ([]byte, error) { return []byte(spellMoment(time.Time(i))), nil }

func (i *instant) UnmarshalText(text []byte) error {
	t, err := readMoment(string(text))
	*i = instant(t)
	return err
}

func (h hexadecimal) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

func (h *hexadecimal) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

func (b base64Bytes) MarshalText() ([]byte, error) {
	return []byte(base64.StdEncoding.EncodeToString(b)), nil
}

func (b *base64Bytes) UnmarshalText(text []byte) (err error) {
	*b, err = base64.StdEncoding.DecodeString(string(text))
	return err
}

func spellSignature(s Signature) signatureJSON { return signatureJSON{s.Key, s.Bytes} }

func (s signatureJSON) read() Signature { return Signature{Key: s.Key, Bytes: s.Signature} }

// Write writes the line with its end.
func (l Line) Write(w io.Writer) error {
	text, err := l.spell()
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

func (l Line) spell() ([]byte, error) {
	var spelt lineJSON
	switch {
	case l.Header != nil:
		h := l.Header
		j := headerJSON{Format: exportFormat, At: instant(h.At), First: h.First, Last: h.Last, Before: h.Before, Digest: h.Digest,
			CheckpointAfter: h.CheckpointAfter, Checkpoints: h.Checkpoints, Segments: h.Segments, Keys: []base64Bytes{}, Some: h.Some,
			signatureJSON: spellSignature(h.Signature)}
		for _, k := range h.Keys {
			j.Keys = append(j.Keys, base64Bytes(k))
		}
		for _, v := range h.Vouches {
			j.Vouches = append(j.Vouches, vouchJSON{base64Bytes(v.For), spellSignature(v.Signature)})
		}
		spelt.Header = &j
	case l.Segment != nil:
		s := l.Segment
		spelt.Segment = &segmentJSON{s.First, s.Last, instant(s.FirstAt), instant(s.LastAt), s.Before, s.Digest, nil, instant(s.SealedAt), spellSignature(s.Signature)}
		for _, r := range s.Restores {
			spelt.Segment.Restores = append(spelt.Segment.Restores, restoredJSON{r.Entry, instant(r.At)})
		}
	case l.Entry != nil:
		s := l.Entry
		spelt.Entry = &entryJSON{s.Number, instant(s.At), s.Actor.PersonID, s.Actor.Name, s.Actor.KeyID, s.Actor.Address, s.Actor.RequestID,
			string(s.Action), s.AccountID, s.CredentialID, string(s.Result), s.Detail, s.Changes, s.Digest}
	case l.Checkpoint != nil:
		c := l.Checkpoint
		spelt.Checkpoint = &checkpointJSON{c.Number, instant(c.At), c.Entry, c.Digest, c.Previous, spellSignature(c.Signature)}
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // for people who read it
	err := encoder.Encode(spelt)
	return text.Bytes(), err
}

var errLine = errors.New("it is not a line as Mooring writes it")

// ReadLine reads what Write wrote and nothing else: a line that says the same
// in another spelling could say something else to somebody who reads it.
func ReadLine(text []byte) (Line, error) {
	var j lineJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return Line{}, errLine
	}
	l := j.read()
	again, err := l.spell()
	if err != nil || !bytes.Equal(bytes.TrimSuffix(again, []byte("\n")), text) || l == (Line{}) {
		return Line{}, errLine
	}
	return l, nil
}

func (j lineJSON) read() (l Line) {
	switch {
	case j.Header != nil:
		h := j.Header
		l.Header = &Header{At: time.Time(h.At), First: h.First, Last: h.Last, Before: h.Before, Digest: h.Digest,
			CheckpointAfter: h.CheckpointAfter, Checkpoints: h.Checkpoints, Segments: h.Segments, Some: h.Some, Signature: h.signatureJSON.read()}
		for _, k := range h.Keys {
			l.Header.Keys = append(l.Header.Keys, PublicKey(k))
		}
		for _, v := range h.Vouches {
			l.Header.Vouches = append(l.Header.Vouches, Vouch{PublicKey(v.For), v.signatureJSON.read()})
		}
	case j.Segment != nil:
		s := j.Segment
		l.Segment = &Segment{First: s.First, Last: s.Last, FirstAt: time.Time(s.FirstAt), LastAt: time.Time(s.LastAt),
			Before: s.Before, Digest: s.Digest, SealedAt: time.Time(s.SealedAt), Signature: s.signatureJSON.read()}
		for _, r := range s.Restores {
			l.Segment.Restores = append(l.Segment.Restores, Restored{r.Entry, time.Time(r.At)})
		}
	case j.Entry != nil:
		e := j.Entry
		l.Entry = &Sealed{Number: e.Number, Digest: e.Digest, Entry: Entry{At: time.Time(e.At),
			Actor:  Actor{PersonID: e.Person, Name: e.Name, KeyID: e.Key, Address: e.Address, RequestID: e.Request},
			Action: Action(e.Action), AccountID: e.Account, CredentialID: e.Credential, Result: Result(e.Result), Detail: e.Detail, Changes: e.Changes}}
	case j.Checkpoint != nil:
		c := j.Checkpoint
		l.Checkpoint = &Checkpoint{Number: c.Number, At: time.Time(c.At), Entry: c.Entry, Digest: c.Digest, Previous: c.Previous, Signature: c.signatureJSON.read()}
	}
	return l
}
