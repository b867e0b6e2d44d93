"""Tests of twisted_chat.socketio."""
