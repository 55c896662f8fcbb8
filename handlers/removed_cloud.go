package handlers

import (
	"mooring/cloud"
	"mooring/views"
)

// cloudOf is the cloud with this key. What is linked to a cloud that this Mooring
// no longer has is still shown, and can be disabled and unlinked.
func (h *handlers) cloudOf(key string) cloud.Cloud {
	if provider, ok := h.Clouds[key]; ok {
		return provider
	}
	return removedCloud{key: key}
}

// removedCloud stands for a cloud that this Mooring no longer has. It has no
// methods and no stages: it is only asked for its name, and for nothing of what
// its embedded nil would have to answer.
type removedCloud struct {
	cloud.Cloud
	key string
}

// Describe names the cloud as the list of providers does, or by its key.
func (r removedCloud) Describe() cloud.Description {
	name := r.key
	for _, listed := range catalogue {
		if listed.key == r.key {
			name = listed.name
		}
	}
	return cloud.Description{Key: r.key, Name: name, ShortName: name}
}

// Trust knows no commands.
func (r removedCloud) Trust(cloud.Target) []cloud.Command { return nil }

// Leftovers knows no commands.
func (r removedCloud) Leftovers(cloud.Target) []cloud.Command { return nil }

func isRemoved(c cloud.Cloud) bool {
	_, removed := c.(removedCloud)
	return removed
}

// removedNotice says what is left to do with a link of a removed cloud.
func removedNotice(d cloud.Description) *views.Decision {
	return &views.Decision{Heading: "This Mooring no longer supports " + d.Name + ".", Tone: views.ToneAttention,
		Then: "The link isn't checked and can't be edited. An owner can unlink it."}
}
