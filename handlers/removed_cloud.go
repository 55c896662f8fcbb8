package handlers

// isRemoved reports whether this Mooring no longer has the cloud with this key. What is
// linked to it is still shown, and can be disabled and unlinked.
func (h *handlers) isRemoved(provider string) bool {
	_, known := h.Clouds[provider]
	return !known
}
